import { describeStorage } from "../testing/storage-conformance.ts";
import { createMemoryStorage } from "./memory.ts";

describeStorage("memory", async () => ({ storage: createMemoryStorage() }));
