import { place, removeSecureOnlyApis } from "./place.ts";

if (place === "plain-http") removeSecureOnlyApis();
