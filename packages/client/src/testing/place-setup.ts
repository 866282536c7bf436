import { place, takeAwaySecureOnly } from "./place.ts";

if (place === "plain-http") takeAwaySecureOnly();
