import { test } from "vitest";
import { playHalf, playOnPostgres } from "./clients/sample.ts";

// The first half, and what this is: clients.test.ts

test("clients of all kinds through all troubles, the second half", () => playHalf(1), 1_200_000);

test("the same of clients whose server is on PostgreSQL", playOnPostgres, 240_000);
