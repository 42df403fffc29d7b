using Larder.Redis.Commands;

namespace Larder.Redis.Journal;

/// <summary>The scripts of the journal.</summary>
internal static class JournalScripts
{
    public static RedisScript Append { get; } = new("journal-append");

    public static RedisScript Confirm { get; } = new("journal-confirm");

    public static RedisScript Take { get; } = new("journal-take");

    public static RedisScript Settle { get; } = new("journal-settle");

    public static RedisScript Bury { get; } = new("journal-bury");

    public static RedisScript Find { get; } = new("journal-find");

    public static RedisScript Forget { get; } = new("journal-forget");

    public static RedisScript Release { get; } = new("journal-release");

    public static RedisScript Workers { get; } = new("journal-workers");
}
