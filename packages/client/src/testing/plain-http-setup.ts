import { context, removeSecureOnlyApis } from "./secure-context.ts";

if (context === "plain-http") removeSecureOnlyApis();
