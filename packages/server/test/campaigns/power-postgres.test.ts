import { testPowerCuts } from "./power-sample.ts";

testPowerCuts({ engine: "postgres", cuts: 20, arm: "asynchronous-commit" });
