export async function stories() {}
