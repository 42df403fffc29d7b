namespace Larder.Soak;

/// <summary>An exception in one line, for the figures.</summary>
internal static class ErrorLine
{
    public static string Of(Exception exception)
    {
        var place = exception.StackTrace?.Split('\n').FirstOrDefault()?.Trim();
        return $"{exception.GetType().Name}: {exception.Message} {place}".ReplaceLineEndings(" ");
    }
}
