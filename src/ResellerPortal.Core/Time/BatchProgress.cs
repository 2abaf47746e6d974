namespace ResellerPortal.Core.Time;

/// <summary>The progress of a batch.</summary>
public readonly record struct BatchProgress(int Done, int Of);
