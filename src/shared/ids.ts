/** Every name that package.json and the code both use. The manifest test compares the two. */
export const CommandId = {
  Connect: 'websocketMonitor.connect',
  Disconnect: 'websocketMonitor.disconnect',
  Reconnect: 'websocketMonitor.reconnect',
  OpenMonitor: 'websocketMonitor.openMonitor',
  ShowMessages: 'websocketMonitor.showMessages',
  ShowLog: 'websocketMonitor.showLog',
  Send: 'websocketMonitor.send',
  Clear: 'websocketMonitor.clear',
  ToggleFollow: 'websocketMonitor.toggleFollow',
  Export: 'websocketMonitor.export',
  OpenCapture: 'websocketMonitor.openCapture',
  SaveCapture: 'websocketMonitor.saveCapture',
  DeleteCapture: 'websocketMonitor.deleteCapture',
  RefreshCaptures: 'websocketMonitor.refreshCaptures',
  StartDemoServer: 'websocketMonitor.startDemoServer',
  StopDemoServer: 'websocketMonitor.stopDemoServer',
  StoreSecret: 'websocketMonitor.storeSecret',
  DeleteSecret: 'websocketMonitor.deleteSecret',
  ListSecrets: 'websocketMonitor.listSecrets',
  ManagePermissions: 'websocketMonitor.managePermissions',
  RunSaved: 'websocketMonitor.runSaved',
  StopSaved: 'websocketMonitor.stopSaved',
  EditSaved: 'websocketMonitor.editSaved',
  DuplicateSaved: 'websocketMonitor.duplicateSaved',
  DeleteSaved: 'websocketMonitor.deleteSaved',
  MoveSavedUp: 'websocketMonitor.moveSavedUp',
  MoveSavedDown: 'websocketMonitor.moveSavedDown',
  NewMessage: 'websocketMonitor.newMessage',
  NewSequence: 'websocketMonitor.newSequence',
  NewFolder: 'websocketMonitor.newFolder',
  ImportMessages: 'websocketMonitor.importMessages',
  OpenMessagesFile: 'websocketMonitor.openMessagesFile',
  SwitchEnvironment: 'websocketMonitor.switchEnvironment',
  AddConnection: 'websocketMonitor.addConnection',
  EditConnection: 'websocketMonitor.editConnection',
  DuplicateConnection: 'websocketMonitor.duplicateConnection',
  RemoveConnection: 'websocketMonitor.removeConnection',
  MoveConnectionUp: 'websocketMonitor.moveConnectionUp',
  MoveConnectionDown: 'websocketMonitor.moveConnectionDown',
  CopyAs: 'websocketMonitor.copyAs',
  ImportCurl: 'websocketMonitor.importCurl',
} as const;
export type CommandId = (typeof CommandId)[keyof typeof CommandId];

export const ContextKey = {
  /** Some connection is connecting, open, waiting to retry or closing. */
  Live: 'websocketMonitor.live',
  /** Some connection was made in this window. */
  Known: 'websocketMonitor.known',
  /** Some connection is open. */
  Open: 'websocketMonitor.open',
  HasMessages: 'websocketMonitor.hasMessages',
  PanelOpen: 'websocketMonitor.panelOpen',
  DemoRunning: 'websocketMonitor.demoRunning',
} as const;

export const ViewType = {
  Monitor: 'websocketMonitor.monitor',
  Connections: 'websocketMonitor.connections',
  Captures: 'websocketMonitor.captures',
  ConnectionForm: 'websocketMonitor.connectionForm',
  Messages: 'websocketMonitor.messages',
} as const;

/** Commands that are registered but not contributed, so they are not in the palette. */
export const InternalCommandId = {
  /** What a click on the status bar does. */
  ShowActions: '_websocketMonitor.showActions',
} as const;
export type InternalCommandId = (typeof InternalCommandId)[keyof typeof InternalCommandId];
