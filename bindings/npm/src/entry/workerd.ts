import "./use-module.js";
export * from "../index.js";
