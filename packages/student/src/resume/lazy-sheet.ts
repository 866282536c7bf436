import { lazyScreen } from "../lazy/lazy-screen.ts";

export const endedSheet = lazyScreen(async () => (await import("./EndedSheet.tsx")).EndedSheet);
