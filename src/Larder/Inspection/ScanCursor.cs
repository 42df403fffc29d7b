using System.Globalization;

namespace Larder.Inspection;

/// <summary>Where a listing goes on, as text: a word that says in what, and numbers.</summary>
internal static class ScanCursor
{
    public static string Of(string place, params ReadOnlySpan<long> numbers)
    {
        var text = place;
        foreach (var number in numbers)
        {
            text += "." + ((ulong)number).ToString(CultureInfo.InvariantCulture);
        }

        return text;
    }

    /// <summary>Reads a cursor that this class has made.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static long[] Read(string cursor, string place, int count)
    {
        var parts = cursor.Split('.');
        var numbers = new long[count];
        if (parts.Length != count + 1 || parts[0] != place)
        {
            throw Malformed(cursor);
        }

        for (var i = 0; i < count; i++)
        {
            numbers[i] = ulong.TryParse(parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (long)number : throw Malformed(cursor);
        }

        return numbers;
    }

    public static bool IsIn(string cursor, string place) => cursor.StartsWith(place + ".", StringComparison.Ordinal);

    public static ArgumentException Malformed(string cursor) => new($"'{cursor}' is no cursor of a listing of this cache.", nameof(cursor));
}
