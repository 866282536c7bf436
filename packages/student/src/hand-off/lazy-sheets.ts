import { lazyScreen } from "../lazy/lazy-screen.ts";

// The picture of the code and the rest of it: few visits need them.

export const handOffSheet = lazyScreen(async () => (await import("./HandOffSheet.tsx")).HandOffSheet);
export const codeSheet = lazyScreen(async () => (await import("./CodeSheet.tsx")).CodeSheet);
