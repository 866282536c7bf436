import { test } from "vitest";
import { runHalf, runOnPostgres } from "./clients/sample.ts";

// The first half, and what this is: clients.test.ts

test("clients of all kinds through all troubles, the second half", () => runHalf(1), 1_200_000);

test("the same of clients whose server is on PostgreSQL", runOnPostgres, 240_000);
