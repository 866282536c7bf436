import { testPowerCuts } from "./power-sample.ts";

testPowerCuts({ engine: "postgres", cuts: 12, arm: "asynchronous-commit" });
