/** With those of its extension for security. */
const of16 = `
  Authorize BootNotification CancelReservation CertificateSigned ChangeAvailability
  ChangeConfiguration ClearCache ClearChargingProfile DataTransfer DeleteCertificate
  DiagnosticsStatusNotification ExtendedTriggerMessage FirmwareStatusNotification
  GetCompositeSchedule GetConfiguration GetDiagnostics GetInstalledCertificateIds
  GetLocalListVersion GetLog Heartbeat InstallCertificate LogStatusNotification MeterValues
  RemoteStartTransaction RemoteStopTransaction ReserveNow Reset SecurityEventNotification
  SendLocalList SetChargingProfile SignCertificate SignedFirmwareStatusNotification
  SignedUpdateFirmware StartTransaction StatusNotification StopTransaction TriggerMessage
  UnlockConnector UpdateFirmware`;
/** Beside those of 1.6. */
const of201 = `
  ClearDisplayMessage ClearVariableMonitoring ClearedChargingLimit CostUpdated
  CustomerInformation Get15118EVCertificate GetBaseReport GetCertificateStatus
  GetChargingProfiles GetDisplayMessages GetMonitoringReport GetReport GetTransactionStatus
  GetVariables NotifyChargingLimit NotifyCustomerInformation NotifyDisplayMessages
  NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyEvent NotifyMonitoringReport
  NotifyReport PublishFirmware PublishFirmwareStatusNotification ReportChargingProfiles
  RequestStartTransaction RequestStopTransaction ReservationStatusUpdate SetDisplayMessage
  SetMonitoringBase SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables
  TransactionEvent UnpublishFirmware`;
/** Beside those of 2.0.1. */
const of21 = `
  AFRRSignal AdjustPeriodicEventStream BatterySwap ChangeTransactionTariff ClearDERControl
  ClearTariffs ClosePeriodicEventStream GetCertificateChainStatus GetDERControl
  GetPeriodicEventStream GetTariffs NotifyAllowedEnergyTransfer NotifyDERAlarm
  NotifyDERStartStop NotifyPeriodicEventStream NotifyPriorityCharging NotifySettlement
  NotifyWebPaymentStarted OpenPeriodicEventStream PullDynamicScheduleUpdate ReportDERControl
  RequestBatterySwap SetDERControl SetDefaultTariff UpdateDynamicSchedule UsePriorityCharging
  VatNumberValidation`;

/** What calls of OCPP 1.6, 2.0.1 and 2.1 are named. */
export const ocppActions: ReadonlySet<string> = new Set(
  [of16, of201, of21].flatMap(each => each.trim().split(/\s+/)),
);
