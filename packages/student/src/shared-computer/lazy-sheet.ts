import { lazyScreen } from "../lazy/lazy-screen.ts";

export const notYouSheet = lazyScreen(async () => (await import("./NotYouSheet.tsx")).NotYouSheet);
export const leaveSheet = lazyScreen(async () => (await import("./LeaveSheet.tsx")).LeaveSheet);
