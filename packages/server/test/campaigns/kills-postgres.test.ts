import { testKills } from "./kills-sample.ts";

testKills("postgres");
