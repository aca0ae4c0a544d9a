// Starts the page. The wasm is named here because the policy of the page allows no guessing.
import init from "./page.js";

await init({ module_or_path: new URL("./page_bg.wasm", import.meta.url) });
