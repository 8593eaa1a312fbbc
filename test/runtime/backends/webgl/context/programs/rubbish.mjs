console.log("libEGL warning: rubbish");
