using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Larder.Redis.Commands;

/// <summary>A script of a folder <c>Scripts</c>, which is embedded in the assembly. Its contract stands in its first lines.</summary>
internal sealed class RedisScript
{
    internal RedisScript(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The script {name} is not in the assembly.");
        using var text = new MemoryStream();
        stream.CopyTo(text);
        Text = text.ToArray();
#pragma warning disable CA5350 // The name that Redis gives to scripts.
        Sha = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(Text)));
#pragma warning restore CA5350
    }

    public static RedisScript Commit { get; } = new("commit");

    public static RedisScript Patch { get; } = new("patch");

    public static RedisScript Renew { get; } = new("renew");

    public static RedisScript Beat { get; } = new("beat");

    public static RedisScript Sync { get; } = new("sync");

    public static RedisScript Tell { get; } = new("tell");

    public static RedisScript Remove { get; } = new("remove");

    public static RedisScript Increment { get; } = new("increment");

    public static RedisScript ResolveTags { get; } = new("tags-resolve");

    public static RedisScript Invalidate { get; } = new("invalidate");

    public static RedisScript Touch { get; } = new("touch");

    public static RedisScript AcquireLock { get; } = new("lock-acquire");

    public static RedisScript RenewLock { get; } = new("lock-renew");

    public static RedisScript ReleaseLock { get; } = new("lock-release");

    public static RedisScript PutIntent { get; } = new("intent-put");

    public static RedisScript TakeFixedWindow { get; } = new("rate-fixed-window");

    public static RedisScript TakeSlidingWindow { get; } = new("rate-sliding-window");

    public static RedisScript TakeTokenBucket { get; } = new("rate-token-bucket");

    public byte[] Text { get; }

    /// <summary>Gets the name under which a server keeps the script once it has seen it.</summary>
    public byte[] Sha { get; }
}
