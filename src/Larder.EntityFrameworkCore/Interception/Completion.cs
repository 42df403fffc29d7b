namespace Larder.EntityFrameworkCore.Interception;

/// <summary>Ends asynchronous work in the synchronous half of EF Core.</summary>
internal static class Completion
{
#pragma warning disable VSTHRD002, MA0045 // Whoever saves synchronously reads the old row otherwise. Nothing here needs the thread that waits.
    public static void Finish(ValueTask work)
    {
        if (work.IsCompleted)
        {
            work.GetAwaiter().GetResult();
        }
        else
        {
            work.AsTask().GetAwaiter().GetResult();
        }
    }
#pragma warning restore VSTHRD002, MA0045
}
