import { lazyScreen } from "../lazy/lazy-screen.ts";

export const noticeSheet = lazyScreen(async () => (await import("./NoticeSheet.tsx")).NoticeSheet);
