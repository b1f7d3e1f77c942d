import "./use-embedded.js";
export * from "../index.js";
