using Larder.Serialization;

namespace Larder.Loading;

/// <summary>A load each of whose callers gets a copy of the result.</summary>
internal sealed class CopyingLoad<T>(LoadPlace place, bool isRefresh, LoadScope scope) : Load<T>(place, isRefresh, scope)
{
    /// <summary>Gets or sets the bytes of the result; set before the load ends, and left out for one that may be shared.</summary>
    public SerializedValue? Copies { get; set; }

    public override CacheResult<T> Own(CacheResult<T> result) => Copies is { } copies && result.HasValue ? result.With(copies.Read<T>()) : result;
}
