import "./use-any.js";
export * from "../index.js";
