/**
 * What makes controls live in a page of a Jupyter server (JupyterLab, Notebook 7): plain JavaScript, run once for each output.
 * Such a page gives scripts no kernel, but it says where its server is; so the script opens a connection of its own to the
 * kernel's channels, one for each kernel and page, and a comm for each control. In any other page it leaves the text that is
 * there.
 */
export const WIDGET_SCRIPT = `(() => {
  const target = "typetorch.widget";
  const shared = (window.typetorchWidgets ??= { links: new Map() });
  const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "null");
  if (config === null) return;
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const connect = (kernelId) => {
    const session = newId();
    const url = new URL(config.wsUrl || config.baseUrl || "/", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.pathname = url.pathname.replace(/\\/?$/, "/") + "api/kernels/" + kernelId + "/channels";
    url.searchParams.set("session_id", session);
    if (config.token) url.searchParams.set("token", config.token);
    const link = { comms: new Map(), waiting: [] };
    const socket = new WebSocket(url);
    link.send = (type, content) => {
      const header = { msg_id: newId(), msg_type: type, session, username: "", version: "5.3", date: new Date().toISOString() };
      const message = JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] });
      if (socket.readyState === 1) socket.send(message);
      else link.waiting.push(message);
    };
    socket.onopen = () => link.waiting.splice(0).forEach((message) => socket.send(message));
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return;
      const { header, content } = JSON.parse(data);
      const comm = link.comms.get(content?.comm_id);
      if (header?.msg_type === "comm_msg") comm?.show(content.data.value);
      if (header?.msg_type === "comm_close") comm?.end();
    };
    socket.onclose = () => {
      shared.links.delete(kernelId);
      link.comms.forEach((comm) => comm.end());
    };
    shared.links.set(kernelId, link);
    return link;
  };
  const field = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const makers = {
    slider({ min, max, step }, tell) {
      const input = field("input", { type: "range", min, max, step });
      const output = field("output", { style: "margin-left:8px;font-family:monospace" });
      input.oninput = () => tell(Number((output.value = input.value)));
      return { nodes: [input, output], input, show: (value) => (output.value = input.value = value) };
    },
    button(_, tell, { label, value }) {
      let count = value;
      const input = field("button", { textContent: label, className: "jp-mod-styled" });
      input.onclick = () => tell(++count);
      return { nodes: [input], input, show: (value) => (count = value) };
    },
    select({ options }, tell) {
      const input = field("select", { className: "jp-mod-styled", style: "width:auto" });
      input.append(...options.map((text) => field("option", { value: text, textContent: text })));
      input.onchange = () => tell(input.value);
      return { nodes: [input], input, show: (value) => (input.value = value) };
    },
    checkbox(_, tell) {
      const input = field("input", { type: "checkbox" });
      input.onchange = () => tell(input.checked);
      return { nodes: [input], input, show: (value) => (input.checked = value) };
    },
    text({ placeholder }, tell) {
      const input = field("input", { type: "text", placeholder, className: "jp-mod-styled", style: "width:16em" });
      input.onchange = () => tell(input.value);
      return { nodes: [input], input, show: (value) => (input.value = value) };
    },
  };
  for (const place of document.querySelectorAll("[data-typetorch-widget]:not([data-live])")) {
    const widget = JSON.parse(place.dataset.typetorchWidget);
    const still = place.textContent;
    const link = shared.links.get(widget.kernelId) ?? connect(widget.kernelId);
    const commId = newId();
    const tell = (value) => link.send("comm_msg", { comm_id: commId, data: { value } });
    const { nodes, input, show } = makers[widget.control.kind](widget.control, tell, widget);
    let live = false;
    const begin = () => {
      live = true;
      // A button names itself; inside of a label it would have no name.
      const isButton = widget.control.kind === "button";
      const label = field(isButton ? "span" : "label", {});
      if (widget.label !== "" && !isButton) label.append(widget.label + " ");
      label.append(...nodes);
      place.replaceChildren(label);
    };
    link.comms.set(commId, {
      place,
      show(value) {
        if (!live) begin();
        show(value);
      },
      end() {
        link.comms.delete(commId);
        input.disabled = true;
        input.title = "The kernel does not know this control any more. Run its cell again.";
        if (!live) place.textContent = still;
      },
    });
    place.dataset.live = "";
    link.send("comm_open", { comm_id: commId, target_name: target, data: { id: widget.id } });
  }
})();`;
