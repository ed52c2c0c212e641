import type { Logger } from '../../core/base/logger.ts';

/** A log that masks secrets in all its arguments, including errors and their stacks. */
export function redactedLog(log: Logger, redact: (text: string) => string): Logger {
  const safe = (detail: unknown): unknown => {
    if (detail instanceof Error) {
      return redact(detail.stack ?? String(detail));
    }
    return typeof detail === 'string' ? redact(detail) : detail;
  };
  return {
    trace: (message, ...details) => log.trace(redact(message), ...details.map(safe)),
    debug: (message, ...details) => log.debug(redact(message), ...details.map(safe)),
    info: (message, ...details) => log.info(redact(message), ...details.map(safe)),
    warn: (message, ...details) => log.warn(redact(message), ...details.map(safe)),
    error: (message, ...details) => log.error(String(safe(message)), ...details.map(safe)),
  };
}
