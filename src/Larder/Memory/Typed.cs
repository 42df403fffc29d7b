using System.Runtime.CompilerServices;
using Larder.Serialization;

namespace Larder.Memory;

/// <summary>Gives what memory holds the type that the caller asked for.</summary>
internal static class Typed
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryUnwrap<T>(object? stored, out T? value)
    {
        if (stored is T typed && stored is not SerializedValue)
        {
            value = typed;
            return true;
        }

        return TryUnwrapOther(stored, out value);
    }

    public static CacheResult<T> Result<T>(in MemoryHit hit)
    {
        if (hit.Flags == ResultFlags.None)
        {
            return default;
        }

        return TryUnwrap<T>(hit.Value, out var value)
            ? new CacheResult<T>(value, hit.RemainingMs, hit.Version, hit.Flags)
            : new CacheResult<T>(default, hit.RemainingMs, hit.Version, hit.Lives ? ResultFlags.OtherType : ResultFlags.None);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryUnwrapOther<T>(object? stored, out T? value)
    {
        if (stored is null)
        {
            value = default;
            return default(T) is null;
        }

        return stored is SerializedValue copy ? copy.TryRead(out value) : Integers.TryConvert(stored, out value);
    }
}
