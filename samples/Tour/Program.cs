using Larder.Samples.Tour.Parts;
using Larder.Testing;

namespace Larder.Samples.Tour;

/// <summary>Larder in ten parts. Each is a file in the folder Parts that can be read by itself.</summary>
public static class Program
{
    public static Task Main() => RunAsync(Console.Out);

    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine("Larder in ten parts.");
        output.WriteLine("The clock of this tour is moved by hand: waiting five seconds takes no time at all.");
        var clock = new FakeTimeProvider();

        Heading("1. Basic CRUD Operations");
        await BasicOperations.RunAsync(output);

        Heading("2. TTL (Time To Live) Operations");
        await TimeToLive.RunAsync(output, clock);

        Heading("3. Existence Checks");
        await ExistenceChecks.RunAsync(output);

        Heading("4. Atomic Operations");
        await AtomicOperations.RunAsync(output);

        Heading("5. Batch Operations");
        await BatchOperations.RunAsync(output);

        Heading("6. Complex Types");
        await ComplexTypes.RunAsync(output);

        Heading("7. Thread Safety");
        await ThreadSafety.RunAsync(output);

        Heading("8. Background Cleanup");
        await BackgroundCleanup.RunAsync(output, clock);

        Heading("9. Default TTL Configuration");
        await DefaultTimeToLive.RunAsync(output, clock);

        Heading("10. Practical Example: User Session Cache");
        await UserSessions.RunAsync(output, clock);

        void Heading(string title)
        {
            output.WriteLine();
            output.WriteLine(title);
        }
    }
}
