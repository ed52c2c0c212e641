/** Every name that package.json and the code both use. The manifest test compares the two. */
export const CommandId = {
  Connect: 'websocketMonitor.connect',
  Disconnect: 'websocketMonitor.disconnect',
  Reconnect: 'websocketMonitor.reconnect',
  /** Of a tap, in the menu of a slot. */
  CloseSocket: 'websocketMonitor.closeSocket',
  CopySocketUrl: 'websocketMonitor.copySocketUrl',
  OpenMonitor: 'websocketMonitor.openMonitor',
  ShowMessages: 'websocketMonitor.showMessages',
  ShowLog: 'websocketMonitor.showLog',
  Send: 'websocketMonitor.send',
  Clear: 'websocketMonitor.clear',
  ToggleFollow: 'websocketMonitor.toggleFollow',
  OpenMessagesAsText: 'websocketMonitor.openMessagesAsText',
  ShowKeyboardHelp: 'websocketMonitor.showKeyboardHelp',
  /** Asks how the messages of a connection are to be decoded. */
  DecodeAs: 'websocketMonitor.decodeAs',
  NewDecoder: 'websocketMonitor.newDecoder',
  Export: 'websocketMonitor.export',
  OpenCapture: 'websocketMonitor.openCapture',
  /** The same without a question, in the menu of a capture. */
  ShowCapture: 'websocketMonitor.showCapture',
  OpenFile: 'websocketMonitor.openFile',
  /** The same in the menu of a file. */
  OpenFileAsCapture: 'websocketMonitor.openFileAsCapture',
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
  SendSaved: 'websocketMonitor.sendSaved',
  RunSequence: 'websocketMonitor.runSequence',
  StopSaved: 'websocketMonitor.stopSaved',
  EditSaved: 'websocketMonitor.editSaved',
  DuplicateSaved: 'websocketMonitor.duplicateSaved',
  DeleteSaved: 'websocketMonitor.deleteSaved',
  RenameSaved: 'websocketMonitor.renameSaved',
  MoveSaved: 'websocketMonitor.moveSaved',
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
  OpenConnectionSettings: 'websocketMonitor.openConnectionSettings',
  DuplicateConnection: 'websocketMonitor.duplicateConnection',
  RemoveConnection: 'websocketMonitor.removeConnection',
  MoveConnectionUp: 'websocketMonitor.moveConnectionUp',
  MoveConnectionDown: 'websocketMonitor.moveConnectionDown',
  CopyAs: 'websocketMonitor.copyAs',
  ImportCurl: 'websocketMonitor.importCurl',
  StartTap: 'websocketMonitor.startTap',
  StopTap: 'websocketMonitor.stopTap',
  CopyTapUrl: 'websocketMonitor.copyTapUrl',
  OpenTapUrl: 'websocketMonitor.openTapUrl',
  /** For `${input:…}` of launch.json and tasks.json. */
  TapUrl: 'websocketMonitor.tapUrl',
  SetTapNetwork: 'websocketMonitor.setTapNetwork',
  OpenTapSettings: 'websocketMonitor.openTapSettings',
  RemoveTap: 'websocketMonitor.removeTap',
  AddTapRule: 'websocketMonitor.addTapRule',
  ShowTapRules: 'websocketMonitor.showTapRules',
  ReleaseHeld: 'websocketMonitor.releaseHeld',
  ReleaseAllHeld: 'websocketMonitor.releaseAllHeld',
  DropHeld: 'websocketMonitor.dropHeld',
  EditHeld: 'websocketMonitor.editHeld',
  WatchDebugSession: 'websocketMonitor.watchDebugSession',
  StopWatching: 'websocketMonitor.stopWatching',
  ReloadPage: 'websocketMonitor.reloadPage',
} as const;
export type CommandId = (typeof CommandId)[keyof typeof CommandId];

export const ContextKey = {
  /** Some connection is connecting, open, waiting to retry or closing. */
  Live: 'websocketMonitor.live',
  /** Some connection was made in this window. */
  Known: 'websocketMonitor.known',
  /** Some connection is open, or a socket that can be sent to. */
  Open: 'websocketMonitor.open',
  HasMessages: 'websocketMonitor.hasMessages',
  PanelOpen: 'websocketMonitor.panelOpen',
  DemoRunning: 'websocketMonitor.demoRunning',
  /** Some connection is in the settings. */
  Configured: 'websocketMonitor.configured',
  /** Some connection is in settings that we can write: not in those of a folder of several. */
  Changeable: 'websocketMonitor.changeable',
  /** Some list has two connections that can change places. */
  Movable: 'websocketMonitor.movable',
  HasSecrets: 'websocketMonitor.hasSecrets',
  /** The workspace has permissions. */
  HasPermissions: 'websocketMonitor.hasPermissions',
  /** There is a capture of a closed window. */
  HasCaptures: 'websocketMonitor.hasCaptures',
  /** One of them is open in the monitor. */
  HasOpenCaptures: 'websocketMonitor.hasOpenCaptures',
  /** Some message or sequence is saved. */
  HasSaved: 'websocketMonitor.hasSaved',
  HasEnvironments: 'websocketMonitor.hasEnvironments',
  /** The user has filtered messages in this window. A step of the walkthrough is done by it. */
  HasFiltered: 'websocketMonitor.hasFiltered',
  /** The user has sent a message in this window. */
  HasSent: 'websocketMonitor.hasSent',
  /** A program is debugged whose WebSockets could be watched. */
  Debugging: 'websocketMonitor.debugging',
  /** Some debug session is watched. */
  Watching: 'websocketMonitor.watching',
  /** A saved message or sequence is running. */
  Running: 'websocketMonitor.running',
  TapRunning: 'websocketMonitor.tapRunning',
  /** Some tap holds a message for the user. */
  Holding: 'websocketMonitor.holding',
  /** Some tap is in the settings, or was started in this window. */
  HasTaps: 'websocketMonitor.hasTaps',
} as const;

export const ViewType = {
  Monitor: 'websocketMonitor.monitor',
  Connections: 'websocketMonitor.connections',
  Captures: 'websocketMonitor.captures',
  ConnectionForm: 'websocketMonitor.connectionForm',
  Messages: 'websocketMonitor.messages',
} as const;

/** The walkthrough, by the name that the editor's command for it takes. */
export const walkthroughId = 'websocket-monitor.websocket-monitor#websocketMonitor.start';

/** Commands that are registered but not contributed, so they are not in the palette. */
export const InternalCommandId = {
  /** What a click on the status bar does. */
  ShowActions: '_websocketMonitor.showActions',
  /** What a click on a row of a tree does. They have no arguments: see `clickedBy` in host/ui/trees.ts. */
  OpenConnectionRow: '_websocketMonitor.openConnectionRow',
  OpenCaptureRow: '_websocketMonitor.openCaptureRow',
  OpenMessageRow: '_websocketMonitor.openMessageRow',
} as const;
export type InternalCommandId = (typeof InternalCommandId)[keyof typeof InternalCommandId];
