namespace Larder.Tests.Memory.Soak;

/// <summary>A value larger than what a processor writes in one go, in which it shows when two are mixed.</summary>
internal readonly record struct Wide(long Key, long Number, long NumberAgain, long KeyAgain)
{
    public static Wide Of(long key, long number) => new(key, number, number, key);

    public bool IsWholeOf(long key) => Key == key && KeyAgain == key && Number == NumberAgain;
}
