"""Why the machine refused, in the user's language.  Standard library only, for Python older than ours too."""

import errno

CAUSES = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统只读",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "磁盘配额已用完",
    errno.ENOENT: "不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENAMETOOLONG: "路径过长",
    errno.EADDRNOTAVAIL: "地址不可用",
}


def cause_of(error: OSError) -> str:
    """In words; the system's own where we have none."""
    return CAUSES.get(error.errno or 0) or str(error.strerror or error)
