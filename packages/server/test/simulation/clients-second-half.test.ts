import { test } from "vitest";
import { playHalf } from "./clients/sample.ts";

// The first half, and what this is: clients.test.ts

test("clients of all kinds through all troubles, the second half", () => playHalf(1), 1_200_000);
