import { test } from "vitest";
import { runHalf } from "./model/sample.ts";

// The first half, and what this is: model.test.ts

test(
	"whatever is asked of sessions, both databases do what the contract says, the second half",
	() => runHalf(1),
	900_000,
);
