/**
 * An address within the site, a file beside it, or a picture in the address itself: pages load pictures from
 * nowhere else. No other scheme, whatever a browser would make of it.
 */
export const PICTURE_ADDRESS =
	/^(data:image\/(png|jpeg|gif|webp|avif);base64,[\w+/=]*|(?!\/\/)[^\\:?#\s]+([?#]\S*)?)$/;

/** Whether a page may show the picture at this address. */
export function isPictureAddress(address: string): boolean {
	return PICTURE_ADDRESS.test(address);
}
