import "./use-native.js";
export * from "../index.js";
