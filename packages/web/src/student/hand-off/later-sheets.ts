import { laterScreen } from "../lazy/lazy-screen.ts";

// The picture of the code and the rest of it: few visits need them.

export const handOffSheet = laterScreen(async () => (await import("./HandOffSheet.tsx")).HandOffSheet);
export const codeSheet = laterScreen(async () => (await import("./CodeSheet.tsx")).CodeSheet);
export const notYouSheet = laterScreen(async () => (await import("./NotYouSheet.tsx")).NotYouSheet);
