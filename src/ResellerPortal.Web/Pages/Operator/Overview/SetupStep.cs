namespace ResellerPortal.Web.OperatorPages.Overview;

/// <summary>What a new installation needs before its first conversion.</summary>
public sealed record SetupStep(string Title, string Text, string Address, bool IsDone);
