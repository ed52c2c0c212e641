/** How the value of a property is written (MQTT 5, section 1.5). */
export type PropertyType = 'u8' | 'u16' | 'u32' | 'var' | 'string' | 'binary' | 'pair';

export interface Property {
  readonly name: string;
  readonly type: PropertyType;
}

/** The properties of MQTT 5 by their identifiers (section 2.2.2.2). */
export const mqttProperties: ReadonlyMap<number, Property> = new Map(
  (
    [
      [1, 'payloadFormatIndicator', 'u8'],
      [2, 'messageExpiryInterval', 'u32'],
      [3, 'contentType', 'string'],
      [8, 'responseTopic', 'string'],
      [9, 'correlationData', 'binary'],
      [11, 'subscriptionIdentifier', 'var'],
      [17, 'sessionExpiryInterval', 'u32'],
      [18, 'assignedClientIdentifier', 'string'],
      [19, 'serverKeepAlive', 'u16'],
      [21, 'authenticationMethod', 'string'],
      [22, 'authenticationData', 'binary'],
      [23, 'requestProblemInformation', 'u8'],
      [24, 'willDelayInterval', 'u32'],
      [25, 'requestResponseInformation', 'u8'],
      [26, 'responseInformation', 'string'],
      [28, 'serverReference', 'string'],
      [31, 'reasonString', 'string'],
      [33, 'receiveMaximum', 'u16'],
      [34, 'topicAliasMaximum', 'u16'],
      [35, 'topicAlias', 'u16'],
      [36, 'maximumQoS', 'u8'],
      [37, 'retainAvailable', 'u8'],
      [38, 'userProperty', 'pair'],
      [39, 'maximumPacketSize', 'u32'],
      [40, 'wildcardSubscriptionAvailable', 'u8'],
      [41, 'subscriptionIdentifierAvailable', 'u8'],
      [42, 'sharedSubscriptionAvailable', 'u8'],
    ] as const
  ).map(([id, name, type]) => [id, { name, type }]),
);
