namespace Larder.Redis.Tests.Servers;

/// <summary>The users of secured servers.</summary>
internal static class TestUsers
{
    /// <summary>The password of the default user.</summary>
    public const string Password = "correct-horse";

    /// <summary>The user <c>larder</c>, password <c>larder-secret</c>: the commands that a cache needs, as in docs/guides/redis.md, and prefixes that begin with <c>test-</c>.</summary>
    public const string Larder =
        "larder on >larder-secret ~test-* ~{test-* ~{{test-* ~{!tags:test-* ~{!tags:{test-* +hello +auth +ping +select +client|setname +client|tracking +info +get +set +mget +getrange +setrange +exists +unlink +pexpire +persist"
        + " +pttl +incrby +scan +time +eval +evalsha +zadd +zcard +zpopmin +zrem +zscore +zcount +zrangebyscore +zremrangebyscore +publish +subscribe +unsubscribe &test-* &{test-*";
}
