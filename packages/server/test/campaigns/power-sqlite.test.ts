import { testPowerCuts } from "./power-sample.ts";

testPowerCuts({ engine: "sqlite", cuts: 50, arm: "normal" });
