/**
 * What tests of other packages share with the client's own: `@carhythm/client/testing`. The product never
 * imports it.
 */
export { createVirtualClock, eventLoopTurns, type VirtualClock } from "./virtual-clock.ts";
export { createVirtualNetwork, type Delivery, type Intercepted } from "./virtual-network.ts";
