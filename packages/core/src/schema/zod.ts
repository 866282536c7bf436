/** The schema library as Node gets it: all of zod/mini, with reasons for what does not fit, and JSON schemas. */
export * from "zod/mini";
