namespace Larder.Redis.Tests.Servers;

/// <summary>A push frame of RESP3.</summary>
public sealed record RespPush(IReadOnlyList<object?> Items)
{
    public override string ToString() => string.Join(' ', Items.Select(item => item is object?[] inner ? $"[{string.Join(' ', inner)}]" : item ?? "null"));
}
