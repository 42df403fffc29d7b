using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
#pragma warning disable CA1822, IDE0060, CS0067, xUnit1000

namespace Larder.Conventions.Api;

/// <summary>A public type with one of each kind of member, and the text that is to stand for it.</summary>
public abstract class ApiSamples : IDisposable
{
    public const int Limit = 7;

    public static readonly string? Name;

    public delegate T? Maker<out T>(string? text);

    protected ApiSamples(TimeSpan pause = default, string text = "a\"b", DayOfWeek day = DayOfWeek.Friday) { }

    public event Action<string?>? Changed;

    [Flags]
    public enum Marks : byte
    {
        None = 0,
        Later = 2,
        Sooner = 1,
    }

    public interface IShape<in T>
        where T : notnull
    {
        int Sides { get; }

        sealed int Twice() => Sides * 2;

        virtual int Thrice() => Sides * 3;

        static abstract int Zero();
    }

    public required string Title { get; init; }

    public int? Count { get; protected set; }

    public string? this[int index] => null;

    public static implicit operator string?(ApiSamples? sample) => null;

    public abstract ValueTask<T?> FindAsync<T>(IReadOnlyDictionary<string, T?>? items, CancellationToken cancellationToken = default)
        where T : class;

    public bool TryFind<T>(scoped ReadOnlySpan<char> key, [MaybeNullWhen(false)] out T value, params ReadOnlySpan<string?> more)
        where T : allows ref struct
    {
        value = default!;
        return false;
    }

    public ref readonly int Peek(in int one, ref long two, (string Name, int? Age) pair) => ref one;

    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Hidden<T>(List<T[]?> lists)
        where T : unmanaged
    {
    }

    public sealed override string ToString() => "";

    public virtual void Dispose() => GC.SuppressFinalize(this);

    internal static string[] Lines =>
    [
        "abstract class ApiSamples : IDisposable",
        "const int Limit = 7",
        "static readonly string? Name",
        "delegate T? ApiSamples.Maker<out T>(string? text)",
        "protected ApiSamples(TimeSpan pause = default, string text = \"a\\\"b\", DayOfWeek day = DayOfWeek.Friday)",
        "event Action<string?>? Changed",
        "[Flags] enum ApiSamples.Marks : byte",
        "Later = 2",
        "interface ApiSamples.IShape<in T> where T : notnull",
        "sealed int Twice()",
        "virtual int Thrice()",
        "static abstract int Zero()",
        "required string Title { get; init; }",
        "int? Count { get; protected set; }",
        "string? this[int index] { get; }",
        "static implicit operator string?(Larder.Conventions.Api.ApiSamples? sample)",
        "abstract ValueTask<T?> FindAsync<T>(IReadOnlyDictionary<string, T?>? items, CancellationToken cancellationToken = default)" +
            " where T : class",
        "bool TryFind<T>(scoped ReadOnlySpan<char> key, [MaybeNullWhen(false)] out T value, params ReadOnlySpan<string?> more)" +
            " where T : allows ref struct",
        "ref readonly int Peek(in int one, ref long two, (string, int?) pair)",
        "[EditorBrowsable(EditorBrowsableState.Never)] void Hidden<T>(List<T[]?> lists) where T : unmanaged",
        "sealed override string ToString()",
        "virtual void Dispose()",
    ];
}
