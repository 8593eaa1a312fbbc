// As `attempt.ts` answers, with what ANGLE prints.
const line = "ERR: Display.cpp:1062 (initialize): ANGLE Display::initialize error 12289: no display.";
console.error(`${line}\n${line}`);
console.log(JSON.stringify({ reason: "no context", package: false }));
