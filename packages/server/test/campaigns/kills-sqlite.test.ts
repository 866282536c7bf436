import { testKills } from "./kills-sample.ts";

testKills("sqlite");
