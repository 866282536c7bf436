import { expect, test } from "vitest";
import { isPictureAddress } from "./picture.ts";

test.each([
	["/scenes/door.png", true],
	["door.png", true],
	["scenes/door.png?v=2#top", true],
	["data:image/png;base64,iVBORw0KGgo=", true],
	["javascript:alert(1)", false],
	[" javascript:alert(1)", false],
	["JaVaScRiPt:alert(1)", false],
	["java\nscript:alert(1)", false],
	["data:text/html;base64,PHNjcmlwdD4=", false],
	["data:image/svg+xml;base64,PHN2Zz4=", false],
	["https://other.example/door.png", false],
	["//other.example/door.png", false],
	["/\\other.example/door.png", false],
	["\\\\other.example\\door.png", false],
	["blob:https://other.example/1", false],
	["", false],
])("the address of a picture %j may be shown: %j", (address, isShown) => {
	expect(isPictureAddress(address)).toBe(isShown);
});
