using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>What a cache logs. Ids are stable; keys are logged, values never.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Cache '{Cache}' uses {Tier}: {Reason}.")]
    public static partial void Started(ILogger logger, string cache, string tier, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Cache '{Cache}': refreshing '{Key}' in the background failed; the present value is served.")]
    public static partial void RefreshFailed(ILogger logger, string cache, string key, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Cache '{Cache}': loading '{Key}' failed; a stale value is served in its place.")]
    public static partial void ServedStale(ILogger logger, string cache, string key, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "Cache '{Cache}': a handler of an event threw.")]
    public static partial void EventHandlerFailed(ILogger logger, string cache, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Cache '{Cache}': a delayed invalidation failed.")]
    public static partial void DelayedInvalidationFailed(ILogger logger, string cache, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "Cache '{Cache}': the tier failed at {Operation} of '{Key}'; the caller was served without it.")]
    public static partial void TierFailed(ILogger logger, string cache, string operation, string key, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Cache '{Cache}': the stored entry '{Key}' could not be read ({Reason}) and was removed.")]
    public static partial void BadEntry(ILogger logger, string cache, string key, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Cache '{Cache}': the lock '{Name}' was lost.")]
    public static partial void LockLost(ILogger logger, string cache, string name);

    [LoggerMessage(9, LogLevel.Information, "Cache '{Cache}': its configuration has changed, and counts from now on.")]
    public static partial void Reloaded(ILogger logger, string cache);

    [LoggerMessage(10, LogLevel.Warning, "Cache '{Cache}': its configuration has changed and cannot be used; the settings before count further.")]
    public static partial void ReloadFailed(ILogger logger, string cache, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "Cache '{Cache}': {Count} further messages of the event {Event} were left out in the last {Seconds} seconds.")]
    public static partial void LeftOut(ILogger logger, string cache, long count, int @event, int seconds);

    [LoggerMessage(12, LogLevel.Warning, "Cache '{Cache}': the store of the permits of '{Name}' could not be asked; the mode is {Mode}.")]
    public static partial void RateUnchecked(ILogger logger, string cache, string name, UnavailableMode mode, Exception exception);

    [LoggerMessage(13, LogLevel.Warning, "{Health}")]
    public static partial void HealthLost(ILogger logger, string health);

    [LoggerMessage(14, LogLevel.Information, "Cache '{Cache}' is healthy again.")]
    public static partial void HealthRestored(ILogger logger, string cache);

    [LoggerMessage(20, LogLevel.Warning, "Cache '{Cache}': the source did not take the write of '{Key}' (attempt {Attempt}); it is tried again.")]
    public static partial void WriteFailed(ILogger logger, string cache, string key, int attempt, Exception exception);

    [LoggerMessage(21, LogLevel.Error, "Cache '{Cache}': the source would not take the write of '{Key}' ({Attempts} attempts); it is a dead letter now.")]
    public static partial void WriteBuried(ILogger logger, string cache, string key, int attempts, Exception exception);

    [LoggerMessage(22, LogLevel.Error, "Cache '{Cache}': {Count} accepted writes were not delivered before the end, and are lost.")]
    public static partial void WritesLost(ILogger logger, string cache, int count);

    [LoggerMessage(23, LogLevel.Information, "Warm-up of cache '{Cache}': {Loaded} values loaded, {Failed} failed, {Elapsed}.")]
    public static partial void WarmUpProgress(ILogger logger, string cache, long loaded, long failed, TimeSpan elapsed);

    [LoggerMessage(24, LogLevel.Information, "Warm-up of cache '{Cache}' has ended: {Loaded} values loaded, {Absent} absent, {Failed} failed, {Elapsed}.")]
    public static partial void WarmUpEnded(ILogger logger, string cache, long loaded, long absent, long failed, TimeSpan elapsed);

    [LoggerMessage(25, LogLevel.Warning, "Warm-up of cache '{Cache}': '{Key}' could not be loaded.")]
    public static partial void WarmUpFailed(ILogger logger, string cache, string key, Exception exception);

    [LoggerMessage(26, LogLevel.Error, "Warm-up of cache '{Cache}' broke off: its keys could not be listed.")]
    public static partial void WarmUpBroken(ILogger logger, string cache, Exception exception);
}
