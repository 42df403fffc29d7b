namespace Larder.Writing;

/// <summary>The journal could not tell what waits for the keys of a batch. Seen only by callers who wait for a single one of them.</summary>
internal sealed class JournalAwayException(string message, Exception innerException) : CacheException(message, innerException);
