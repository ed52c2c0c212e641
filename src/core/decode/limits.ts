/** Values within values; those of Protobuf are half as deep, as its own libraries allow. */
export const maxDepth = 128;
export const maxProtobufDepth = 64;

/** Values of one message that are read. */
export const maxValues = 1_000_000;

/** Of one message. */
export const maxRecords = 10_000;
export const maxFields = 10_000;
export const maxLayers = 8;

/** Bytes that one layer may become, and from `freeLayerLength` on how many times its input. */
export const maxLayerLength = 64 * 1024 * 1024;
export const freeLayerLength = 1024 * 1024;
export const maxLayerRatio = 1000;

/** Bytes of unfinished messages that a context may hold. */
export const maxCarriedLength = 1024 * 1024;

/** Calls of a session that wait for an answer; beyond them the oldest are forgotten. */
export const maxOpenCalls = 65_536;
