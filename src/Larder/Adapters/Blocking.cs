namespace Larder.Adapters;

/// <summary>Waits for the end of an operation on the thread of the caller, for the synchronous members that <c>IDistributedCache</c> has. No part of the cache needs that thread to go on.</summary>
internal static class Blocking
{
#pragma warning disable VSTHRD002 // It is complete.
    public static void Until(Task task)
    {
        if (!task.IsCompleted)
        {
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }

        task.GetAwaiter().GetResult();
    }

    public static T Until<T>(Task<T> task)
    {
        Until((Task)task);
        return task.IsCompletedSuccessfully ? task.Result : default!;
    }
#pragma warning restore VSTHRD002
}
