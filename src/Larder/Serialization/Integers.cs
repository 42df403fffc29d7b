namespace Larder.Serialization;

/// <summary>Integers of one type read as another, when they fit: a counter is stored as 64 bits, and may be read as fewer.</summary>
internal static class Integers
{
    public static bool TryToInt64(object? value, out long integer)
    {
        switch (value)
        {
            case long number:
                integer = number;
                return true;
            case int number:
                integer = number;
                return true;
            case short number:
                integer = number;
                return true;
            case sbyte number:
                integer = number;
                return true;
            case byte number:
                integer = number;
                return true;
            case ushort number:
                integer = number;
                return true;
            case uint number:
                integer = number;
                return true;
            case ulong number when number <= long.MaxValue:
                integer = (long)number;
                return true;
            default:
                integer = 0;
                return false;
        }
    }

    /// <summary>Converts a stored integer to the type that is asked for.</summary>
    public static bool TryConvert<T>(object? stored, out T? value)
    {
        value = default;
        if (!TryToInt64(stored, out var integer))
        {
            return false;
        }

        object? converted = (Type.GetTypeCode(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)), integer) switch
        {
            _ when typeof(T).IsEnum => null,
            (TypeCode.Int64, _) => integer,
            (TypeCode.Int32, >= int.MinValue and <= int.MaxValue) => (int)integer,
            (TypeCode.Int16, >= short.MinValue and <= short.MaxValue) => (short)integer,
            (TypeCode.SByte, >= sbyte.MinValue and <= sbyte.MaxValue) => (sbyte)integer,
            (TypeCode.Byte, >= byte.MinValue and <= byte.MaxValue) => (byte)integer,
            (TypeCode.UInt16, >= ushort.MinValue and <= ushort.MaxValue) => (ushort)integer,
            (TypeCode.UInt32, >= uint.MinValue and <= uint.MaxValue) => (uint)integer,
            (TypeCode.UInt64, >= 0) => (ulong)integer,
            _ => null,
        };
        value = converted is T typed ? typed : default;
        return converted is T;
    }
}
